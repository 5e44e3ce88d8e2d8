import type { Ink } from './ink.ts'

/** Leaves text as it is. */
export const noInk: Ink = (_, text) => text
