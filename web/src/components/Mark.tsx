/** The mark: a letter D of two wings, one above the other, as on the first aeroplanes and as units in a rack. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 24 24" fill="var(--accent-ink)">
      <path d="M2.6 4H13a8 8 0 0 1 7.8 6.300c.1.400-.2.700-.6.700H2.600A.6.6 0 0 1 2 10.400V4.600A.6.6 0 0 1 2.600 4Z" />
      <path d="M6.600 13h13.600c.4 0 .7.300.6.700A8 8 0 0 1 13 20H6.600a.6.6 0 0 1-.6-.6v-5.800a.6.6 0 0 1 .6-.6Z" />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2 text-base font-semibold tracking-[-0.015em] text-ink">
      <Mark />
      Dumont Cloud
    </span>
  );
}
