import { useLayoutEffect, useRef, useState, type RefObject } from "react";

/** How wide an element is, in px, whenever that changes. Before it is measured, a guess. */
export function useWidth<E extends HTMLElement>(guess = 640): [ref: RefObject<E | null>, width: number] {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(guess);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const measure = (): void => {
      // Nothing is drawn where nothing is laid out.
      if (element.clientWidth > 0) setWidth(element.clientWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
