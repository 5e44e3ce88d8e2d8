/** The progress of reading a file, in bytes. */
export interface FileProgress {
  readonly path: string
  readonly position: number
  readonly size: number
}
