import type { ComponentChildren, TargetedMouseEvent } from 'preact'
import { go } from '../location.ts'

interface LinkProps {
  readonly href: string
  readonly class?: string
  readonly label?: string
  readonly isCurrent?: boolean
  readonly children: ComponentChildren
}

/** A link within the page: opens without loading it again, and in a new tab where the reader wants one. */
export function Link({ href, class: name, label, isCurrent = false, children }: LinkProps) {
  const follow = (event: TargetedMouseEvent<HTMLAnchorElement>) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(href)
  }
  return (
    <a href={href} class={name} onClick={follow} aria-label={label} aria-current={isCurrent ? 'page' : undefined}>
      {children}
    </a>
  )
}
