/** No question is answered with more rows at once; a cursor brings the rest. */
export const mostRows = 1_000

/** How long a query may take unless said otherwise, ms. */
export const timeLimitMs = 10_000
