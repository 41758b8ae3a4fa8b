using System;
using System.Collections.Generic;
using static Shop.Pricing.Rates;
using Json = Shop.Formats.JsonFormat;

namespace Shop.Orders
{
    /// <summary>Told when an order changes.</summary>
    public delegate void Changed(Order order, EventArgs args);

    public enum Status
    {
        Open,
        Paid,
    }

    /// <summary>
    /// Finds orders.
    /// </summary>
    public interface IOrders
    {
        Order? Find(Guid id);
        IEnumerable<Order> All { get; }
    }

    public record Line(string Sku, int Count = 1);

    public readonly struct Money
    {
        public const string Symbol = "€{";
        public static readonly Money Zero = new(0m);
        private readonly decimal amount;

        public Money(decimal amount)
        {
            this.amount = amount;
        }

        public decimal Amount => amount;
    }

    /// <summary>An order of a customer.</summary>
    [Serializable]
    public sealed class Order : Entity<Guid>, IComparable<Order>
    {
        private readonly List<Line> lines = new List<Line>();
        public event Changed OnChanged;

        public Order(Guid id, Customer customer) : base(id)
        {
            Customer = customer ?? throw new ArgumentNullException(nameof(customer));
        }

        public Customer Customer { get; private set; }

        // What is to be paid.
        public Money Total
        {
            get
            {
                var sum = 0m;
                foreach (var line in lines)
                {
                    sum += PriceOf(line.Sku) * line.Count;
                }
                return new Money(sum);
            }
        }

        /// <summary>Adds a line.</summary>
        /// <param name="line">What is ordered.</param>
        [Audited("order")]
        public async Task<Order> AddAsync<T>(
            Line line,
            CancellationToken cancel = default)
            where T : class, IOrders
        {
            lines.Add(line);
            await Json.WriteAsync($@"C:\orders\{Id}.json", this, cancel);
            OnChanged?.Invoke(this, EventArgs.Empty);

            bool Valid(Line each) => each.Count > 0;
            return lines.TrueForAll(Valid) ? this : null;
        }

        public int CompareTo(Order other) => Total.Amount.CompareTo(other.Total.Amount);

        private class Cache
        {
            internal Dictionary<Guid, Order> Known = new();
        }
    }
}
