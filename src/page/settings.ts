import { useEffect, useState } from 'preact/hooks'
import type { Zone } from './time/clock.ts'

const zoneKey = 'koff-zone'
const listeners = new Set<() => void>()

function keptZone(): Zone {
  return localStorage.getItem(zoneKey) === 'utc' ? 'utc' : 'local'
}

export function setZone(zone: Zone): void {
  localStorage.setItem(zoneKey, zone)
  for (const listener of listeners) listener()
}

/** The zone in which the reader wants to see times. */
export function useZone(): Zone {
  const [zone, update] = useState(keptZone)
  useEffect(() => {
    const changed = () => update(keptZone())
    listeners.add(changed)
    return () => void listeners.delete(changed)
  }, [])
  return zone
}

const dark = matchMedia('(prefers-color-scheme: dark)')

/** What the system wishes; canvases have to follow it by themselves. */
export function useTheme(): 'light' | 'dark' {
  return useMedia(dark) ? 'dark' : 'light'
}

const narrow = matchMedia('(max-width: 719px)')

export function useNarrow(): boolean {
  return useMedia(narrow)
}

function useMedia(media: MediaQueryList): boolean {
  const [matches, update] = useState(media.matches)
  useEffect(() => {
    const changed = () => update(media.matches)
    media.addEventListener('change', changed)
    return () => media.removeEventListener('change', changed)
  }, [media])
  return matches
}
