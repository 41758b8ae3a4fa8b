package com.example.shop.cart;

import java.util.ArrayList;
import java.util.List;
import java.util.function.*;

import com.example.shop.Item;
import com.example.shop.pricing.Price.Currency;

import static com.example.shop.Checks.requirePositive;
import static com.example.shop.Rules.*;

/**
 * A cart of items.
 *
 * <p>Not safe for use by several threads.
 *
 * @since 1.0
 */
@Entity(name = "cart")
public final class Sample<T extends Item> extends AbstractCart<T> implements Priced, Iterable<T> {
    public static final int MAX_ITEMS = 100;
    private static final String TEXT = """
        a "text" { block
        """;
    private final List<T> items = new ArrayList<>();
    private char open = '{';

    /** Makes an empty cart. */
    public Sample() {
        this(Currency.EUR);
    }

    Sample(Currency currency) {
        super(currency);
    }

    // Adds an item.
    public Sample<T> add(T item, int count) throws CartException {
        requirePositive(count);
        if (items.size() + count > MAX_ITEMS) {
            throw new CartException("too many: " + item.name());
        }
        for (int i = 0; i < count; i++) {
            items.add(item);
        }
        return this;
    }

    /**
     * The price of everything, {@link Discount discounts} included.
     */
    @Override
    @Deprecated
    public long total(
            Function<? super T, Long> price,
            List<Discount> discounts) {
        long sum = items.stream().map(price).reduce(0L, Long::sum);
        Runnable later = () -> {
            log(sum);
        };
        later.run();
        return discounts.isEmpty() ? sum : Discount.apply(sum, discounts);
    }

    public <R> R visit(Visitor<R> visitor) {
        return visitor.cart(this);
    }

    /** What a cart can be. */
    public enum State {
        OPEN, PAID;

        State next() {
            return PAID;
        }
    }

    public record Discount(String code, int percent) {
        public Discount {
            requirePositive(percent);
        }

        static long apply(long sum, List<Discount> all) {
            return sum;
        }
    }

    interface Visitor<R> {
        R cart(Sample<?> cart);

        default R nothing() {
            return null;
        }
    }

    @interface Audited {
        String value() default "";
    }
}
