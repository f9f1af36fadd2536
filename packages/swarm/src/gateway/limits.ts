/** Silence after which a gateway without enough samples is not waited for alone, in ms. */
export const FIRST_HEDGE_MS = 500
/** Bounds of the observed p95 as that silence, in ms: below, timers and the scheduler are the noise. */
export const LEAST_HEDGE_MS = 25
export const MOST_HEDGE_MS = 2000
/** Answers whose latencies are kept, and how many of them make a p95. */
export const LATENCY_SAMPLES = 128
export const ENOUGH_SAMPLES = 10
/** Weight of the newest latency in the average: as TCP's smoothed round-trip time (RFC 6298). */
export const LATENCY_WEIGHT = 1 / 8
/** Latency that a gateway is taken to have before its first answer, in ms. */
export const ASSUMED_LATENCY_MS = 100
/** Duplicated requests, as a share of all questions, and how many may be made ahead of that share. */
export const HEDGE_SHARE = 0.1
export const HEDGE_BURST = 4
/** Silence after which a request is taken away from a gateway, in its p95s; doubles each time around. */
export const PATIENCE = 4
export const LEAST_PATIENCE_MS = 500
/** The circuit opens where half of so many of the last requests failed. */
export const CIRCUIT_THRESHOLD = 0.5
export const CIRCUIT_SAMPLES = 20
export const CIRCUIT_LEAST_SAMPLES = 5
/** First and longest time that a circuit stays open, in ms; it doubles while the probe fails. */
export const FIRST_OPEN_MS = 1000
export const LAST_OPEN_MS = 60_000
/** First and longest quarantine of a gateway that lied, in ms; each further lie doubles it. */
export const FIRST_QUARANTINE_MS = 600_000
export const LAST_QUARANTINE_MS = 86_400_000
/** Time after which half of what is held against a gateway's usefulness is forgotten, in ms. */
export const FORGIVENESS_MS = 60_000
/** How much one answer counts in the usefulness. */
export const USEFULNESS_WEIGHT = 1 / 8
/** Least usefulness in the ranking: worse is not told apart. */
export const LEAST_USEFULNESS = 0.01
/** A Bee that failed to fetch a chunk passes the peer that it asked over for a minute (bee-recordings, soc.json). */
export const BLIND_MS = 60_000
/** Chunks remembered as refused, per gateway. */
export const MOST_BLIND = 4096
/** Waiting questions that are looked through for one that a gateway with room can be asked. */
export const TURNS_LOOKED_THROUGH = 64
