/** A small choice kept in this browser: the density of a table, its columns, the width of the navigation. */
import { useState } from "react";

export function remembered<Value>(key: string, otherwise: Value): Value {
  try {
    const stored = localStorage.getItem(`dumont.${key}`);
    return stored === null ? otherwise : (JSON.parse(stored) as Value);
  } catch {
    return otherwise;
  }
}

export function useRemembered<Value>(key: string, otherwise: Value): [Value, (value: Value) => void] {
  const [value, setValue] = useState(() => remembered(key, otherwise));
  const keep = (next: Value) => {
    setValue(next);
    try {
      localStorage.setItem(`dumont.${key}`, JSON.stringify(next));
    } catch {
      // A private window may refuse; the choice then lasts as long as the page.
    }
  };
  return [value, keep];
}
