import { useEffect, useState } from 'preact/hooks'

/** A button that copies a text, and says that it did. */
export function CopyButton({ text, children }: { readonly text: () => string; readonly children: string }) {
  const [done, setDone] = useState<'no' | 'copied' | 'refused'>('no')
  useEffect(() => {
    if (done === 'no') return
    const timer = setTimeout(() => setDone('no'), 1_600)
    return () => clearTimeout(timer)
  }, [done])
  const copy = async () => setDone((await copied(text())) ? 'copied' : 'refused')
  return (
    <button type="button" class="button small" onClick={() => void copy()}>
      <span aria-live="polite">{done === 'no' ? children : done === 'copied' ? 'Copied' : 'Not allowed'}</span>
    </button>
  )
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copiedBySelection(text)
  }
}

/** The clipboard is closed to pages that came over plain HTTP from another machine. */
function copiedBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  return done
}
