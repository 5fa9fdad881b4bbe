import { useEffect, useRef, type RefObject } from "react";

/** Where tabs need more room than there is: moves the one that `chosen` names to the middle of its row, when it changes. */
export function useChosenInView<E extends HTMLElement>(chosen: string): RefObject<E | null> {
  const row = useRef<E>(null);
  useEffect(() => {
    if (chosen === "") return;
    const [place, tab] = [row.current, row.current?.querySelector('[aria-current="page"], [aria-selected="true"]')];
    if (place === null || tab === null || tab === undefined) return;
    const [there, here] = [place.getBoundingClientRect(), tab.getBoundingClientRect()];
    place.scrollLeft += here.left + here.width / 2 - (there.left + there.width / 2);
  }, [chosen]);
  return row;
}
