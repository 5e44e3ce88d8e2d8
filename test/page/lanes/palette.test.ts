import { expect, test } from 'vitest'
import { labelsOf, looksOf, type Owner, type Rgb } from '../../../src/page/lanes/palette.ts'

const owner = (memberId: string, clientId: string, instanceId: string | null = null): Owner => ({
  memberId,
  clientId,
  instanceId,
  host: '/10.0.0.1',
})

test('an owner is called by its instance id, else by its client id, else by its member id', () => {
  expect(labelsOf([owner('m-1', 'app', 'till-two'), owner('m-2', 'web'), owner('m-3', '')])).toEqual([
    'till-two',
    'web',
    'm-3',
  ])
})

test('owners with one client id are told apart by their member ids', () => {
  expect(labelsOf([owner('app-1234-x', 'app'), owner('app-5678-x', 'app')])).toEqual(['app·1234', 'app·5678'])
})

test('labels of 200 owners differ, whatever their ids are', () => {
  const owners = Array.from({ length: 200 }, (_, at) => owner(`consumer-same-${at}`, 'consumer'))
  expect(new Set(labelsOf(owners)).size).toBe(200)
})

test('24 owners differ by hue or stripes', () => {
  const looks = looksOf(
    Array.from({ length: 24 }, (_, at) => owner(`m-${at}`, `c-${at}`)),
    'light',
  )
  expect(new Set(looks.map(({ fill, pattern }) => `${fill.join()} ${pattern}`)).size).toBe(24)
})

test('labels can be read on each fill, in light and dark', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (const { fill, shade } of looksOf(
      Array.from({ length: 24 }, (_, at) => owner(`m-${at}`, `c-${at}`)),
      theme,
    )) {
      expect(contrast(fill, [23, 28, 36])).toBeGreaterThan(4.5)
      expect(contrast(shade, [23, 28, 36])).toBeGreaterThan(3)
    }
  }
})

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: Rgb, b: Rgb): number {
  const luminance = (rgb: Rgb) => {
    const [red = 0, green = 0, blue = 0] = rgb.map(value => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}
