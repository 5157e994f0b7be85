import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Echo } from "./news";

describe("Echo", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("asks a little later and once more, whatever comes meanwhile", () => {
    const hear = vi.fn();
    const echo = new Echo(hear, [100, 400]);
    echo.call();
    echo.call();
    expect(hear).not.toHaveBeenCalled();
    vi.advanceTimersByTime(150);
    echo.call();
    vi.advanceTimersByTime(1000);
    expect(hear).toHaveBeenCalledTimes(2);
    echo.call();
    vi.advanceTimersByTime(100);
    expect(hear).toHaveBeenCalledTimes(3);
    echo.stop();
    vi.advanceTimersByTime(1000);
    expect(hear).toHaveBeenCalledTimes(3);
  });
});
