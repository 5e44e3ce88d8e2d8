/** How far a file is read, in bytes. */
export interface FileProgress {
  readonly path: string
  readonly position: number
  readonly size: number
}
