import { describe, expect, test } from "vitest";
import type { Lane, Race } from "../../lib/api/generated";
import { piecesOf, raceWords, roundsOf, secondsNow, trackSeconds } from "./race";

function lane(changes: Partial<Lane> = {}): Lane {
  return {
    rental_id: "r1",
    round: 1,
    provider: "vast",
    machine_id: "12",
    gpu_name: "RTX 4090",
    gpu_count: 1,
    region: null,
    spot: false,
    price_hour: "0.40",
    lane: "booting",
    stage: "booting",
    winner: false,
    created_at: "2026-03-01T00:00:00Z",
    ended_at: null,
    seconds: 20,
    stages: { creating: 2 },
    why_ended: null,
    cost: "0",
    error: null,
    ...changes,
  };
}

function race(lanes: Lane[], changes: Partial<Race> = {}): Race {
  return {
    id: "race",
    attempt_type: "deploy",
    state: "running",
    machines: 5,
    rounds_max: 3,
    round: 1,
    round_seconds: 90,
    round_began_at: "2026-03-01T00:00:00Z",
    winner_id: null,
    why: "",
    expected_cost: null,
    cost: "0",
    started_at: "2026-03-01T00:00:00Z",
    ended_at: null,
    seconds: 20,
    lanes,
    ...changes,
  };
}

describe("a lane", () => {
  test("goes on between two answers, until it is over", () => {
    const running = lane();
    const gone = lane({ ended_at: "2026-03-01T00:00:20Z" });
    expect(secondsNow(running, race([running]), 5000, 2000)).toBe(23);
    expect(secondsNow(gone, race([gone]), 5000, 2000)).toBe(20);
  });

  test("stands still when it has won the race", () => {
    const winner = lane({ winner: true });
    expect(secondsNow(winner, race([winner], { state: "won" }), 5000, 2000)).toBe(20);
  });

  test("is made of its stages in their order, the present one last", () => {
    const pieces = piecesOf(lane({ stages: { booting: 10, creating: 2 }, lane: "ssh" }), 20, 100);
    expect(pieces.map((piece) => piece.stage)).toEqual(["creating", "booting", "ssh"]);
    expect(pieces.map((piece) => piece.width)).toEqual([0.02, 0.1, 0.08]);
    expect(pieces[2]?.from).toBeCloseTo(0.12);
  });

  test("never grows past its seconds", () => {
    const pieces = piecesOf(lane({ stages: { creating: 30 } }), 20, 100);
    expect(pieces).toEqual([{ stage: "creating", from: 0, width: 0.2 }]);
  });
});

describe("the track", () => {
  test("shows a whole round while it runs, and what was run when it is over", () => {
    const one = race([lane({ seconds: 40 })]);
    expect(trackSeconds(one, 0, 0)).toBe(90);
    expect(trackSeconds({ ...one, state: "lost" }, 0, 0)).toBe(40);
    expect(trackSeconds(race([lane({ seconds: 120 })]), 0, 0)).toBe(120);
  });

  test("groups lanes by round", () => {
    const rounds = roundsOf(race([lane({ round: 2 }), lane({ round: 1 }), lane({ round: 2 })]));
    expect(rounds.map(([round, lanes]) => [round, lanes.length])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

describe("the race in a sentence", () => {
  test("says how many are under way", () => {
    expect(raceWords(race([lane(), lane()]))).toBe("Round 1 of 3: 2 machines under way.");
  });

  test("says what it waits for while nobody races", () => {
    const refused = lane({ ended_at: "2026-03-01T00:00:01Z", why_ended: "offer_gone" });
    expect(raceWords(race([]))).toBe("Choosing machines.");
    expect(raceWords(race([refused]))).toBe(
      "All were refused by their clouds: more are asked for in a moment.",
    );
    expect(raceWords(race([refused, lane()]))).toBe("Round 1 of 3: 1 machine under way.");
    expect(raceWords(race([refused], { why: "All machines that fit are taken." }))).toBe(
      "All machines that fit are taken.",
    );
  });

  test("says whether the losers are confirmed gone", () => {
    const won = { state: "won" as const, winner_id: "r1" };
    const losers = [lane({ ended_at: "2026-03-01T00:01:00Z" }), lane()];
    expect(raceWords(race([lane({ winner: true }), ...losers], won))).toBe(
      "Won; of the losers 1 of 2 confirmed gone.",
    );
    expect(raceWords(race([lane({ winner: true })], won))).toBe("Won without any losers.");
  });
});
