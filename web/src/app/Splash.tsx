/** What is seen while the first page comes; words appear only when it takes long enough to wonder. */
import { Mark } from "../components/Mark";

export function Splash() {
  return (
    <div
      role="status"
      aria-label="Opening Dumont Cloud"
      className="flex min-h-dvh items-center justify-center"
    >
      <span className="animate-breathe">
        <Mark size={32} />
      </span>
    </div>
  );
}
