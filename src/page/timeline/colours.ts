import type { Rgb } from '../lanes/palette.ts'

/** Colours of canvases; those of the document are in styles/tokens.css. */
export interface Colours {
  readonly text: string
  readonly muted: string
  readonly line: string
  readonly grid: string
  readonly surface: string
  readonly accent: string
  readonly error: string
  readonly warn: string
  readonly info: string
  /** On the fills of owners. */
  readonly label: string
  readonly rebalance: string
  readonly rebalanceLine: string
  readonly outside: string
  readonly gap: Rgb
  readonly gapBack: Rgb
  readonly absent: Rgb
  readonly absentBack: Rgb
}

export const coloursOf: Readonly<Record<'light' | 'dark', Colours>> = {
  light: {
    text: '#171c24',
    muted: '#566070',
    line: '#dfe3e8',
    grid: 'rgb(23 28 36 / 7%)',
    surface: '#ffffff',
    accent: '#1d4fd0',
    error: '#b3261e',
    warn: '#b26a00',
    info: '#566070',
    label: '#171c24',
    rebalance: '#5b4bb7',
    rebalanceLine: 'rgb(23 28 36 / 38%)',
    outside: 'rgb(23 28 36 / 4%)',
    gap: [196, 74, 66],
    gapBack: [250, 232, 230],
    absent: [214, 219, 226],
    absentBack: [246, 247, 249],
  },
  dark: {
    text: '#e7eaef',
    muted: '#9ca7b6',
    line: '#272f3a',
    grid: 'rgb(231 234 239 / 7%)',
    surface: '#151a21',
    accent: '#84aaff',
    error: '#ff9087',
    warn: '#f2b95c',
    info: '#9ca7b6',
    label: '#10141a',
    rebalance: '#b3a6ff',
    rebalanceLine: 'rgb(231 234 239 / 42%)',
    outside: 'rgb(231 234 239 / 4%)',
    gap: [232, 112, 102],
    gapBack: [66, 32, 32],
    absent: [50, 59, 71],
    absentBack: [27, 33, 41],
  },
}
