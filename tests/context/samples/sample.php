<?php

declare(strict_types=1);

namespace App\Billing;

use App\Contracts\Billable;
use App\Models\{Customer, Invoice as Bill};
use function App\Support\money;
use InvalidArgumentException;

require_once __DIR__ . '/helpers.php';
include 'legacy.php';

const TAX_RATE = 0.19;

/**
 * Writes invoices.
 *
 * @see Bill
 */
#[Service]
final class InvoiceWriter extends Writer implements Billable, \Countable
{
    use LogsChanges;

    public const MAX_LINES = 200;
    private array $lines = [];

    public function __construct(private readonly Customer $customer, private ?Clock $clock = null)
    {
        parent::__construct();
    }

    /** Adds a line; amounts are in cents. */
    public function add(string $text, int $amount, Unit|string $unit = Unit::Piece): static
    {
        if ($amount < 0) {
            throw new InvalidArgumentException("negative: {$amount}");
        }
        $this->lines[] = new Line($text, $amount, unit: $unit);
        return $this;
    }

    public function count(): int
    {
        return \count($this->lines);
    }

    // What is to be paid.
    public function total(): string
    {
        $sum = array_sum(array_map(fn (Line $line) => $line->amount, $this->lines));
        $text = <<<TEXT
        Don't close } this
        TEXT;
        return money(Tax::apply($sum, TAX_RATE)) . $this->clock?->today() . $text;
    }

    public static function forCustomer(Customer $customer): self
    {
        return new self($customer);
    }
}

interface Writes
{
    public function write(Bill $bill): void;
}

trait LogsChanges
{
    protected function log(string $message): void
    {
        Log::info($message);
    }
}

enum Unit: string
{
    case Piece = 'piece';
    case Hour = 'hour';

    public function label(): string
    {
        return ucfirst($this->value);
    }
}

// Makes a writer.
function writer(Customer $customer): InvoiceWriter
{
    return InvoiceWriter::forCustomer($customer);
}
