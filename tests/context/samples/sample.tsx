import React, { useEffect, useState } from "react";
import { Button } from "./button";
import styles from "./list.module.css";

export interface Props {
  title: string;
  items: readonly Item[];
  onPick?: (item: Item) => void;
}

type Item = { id: number; label: string };

const EMPTY: Item[] = [];

/** A list that can be filtered. */
export function ItemList({ title, items = EMPTY, onPick }: Props): JSX.Element {
  const [query, setQuery] = useState("");
  const shown = items.filter((item) => item.label.includes(query));

  useEffect(() => {
    document.title = title;
  }, [title]);

  const pick = (item: Item) => () => {
    onPick?.(item);
  };

  return (
    <section className={styles.list}>
      <Header text={title} count={shown.length} />
      <input value={query} onChange={(event) => setQuery(event.target.value)} />
      {shown.map((item) => (
        <Button key={item.id} onClick={pick(item)}>
          {item.label} {"{"}don't{"}"}
        </Button>
      ))}
    </section>
  );
}

// Says how many there are.
const Header: React.FC<{ text: string; count: number }> = ({ text, count }) => {
  return (
    <h1>
      {text} <small>({count})</small>
    </h1>
  );
};

export class Boundary extends React.Component<Props, { failed: boolean }> {
  state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  render() {
    return this.state.failed ? <p>It failed.</p> : <ItemList {...this.props} />;
  }
}

export const identity = <T,>(value: T): T => value;

export default React.memo(ItemList);
