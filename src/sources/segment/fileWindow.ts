import type { FileHandle } from 'node:fs/promises'

/**
 * A part of a file in memory that moves forward through it. While one part is processed, the next one is read into a
 * second buffer, after the rest of the first. It holds no more than that, unless asked to grow.
 */
export class FileWindow {
  /** Where in the file `bytes` begins. */
  position: number
  /** Length of the file: as it was opened, or less where it got shorter since. */
  size: number
  private readonly handle: FileHandle
  /** How much is read at a time, and how much can be left over before it. */
  private readonly length: number
  private readonly margin: number
  private buffer: Buffer = Buffer.alloc(0)
  private start = 0
  private end = 0
  /** Where the next part is read into, behind the margin. */
  private spare: Buffer
  /** How many bytes are there when it is read; null: nothing is being read. */
  private ahead: Promise<number> | null = null

  constructor(
    handle: FileHandle,
    options: { readonly size: number; readonly length: number; readonly position: number },
  ) {
    this.handle = handle
    this.position = options.position
    this.size = options.size
    this.length = Math.max(1, Math.min(options.length, options.size))
    this.margin = Math.ceil(this.length / 4)
    this.spare = this.newBuffer()
  }

  /** What is in memory; valid until the next `fill`. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end)
  }

  /** True when `bytes` reaches to the end of the file. */
  get isAtEnd(): boolean {
    return this.position + (this.end - this.start) >= this.size
  }

  /** Leaves `length` bytes behind. */
  drop(length: number): void {
    this.start += length
    this.position += length
  }

  /**
   * Moves on until the window is at least `length` bytes long, or at the end of the file; it need not move if it is
   * longer.
   */
  async fill(length = 0): Promise<void> {
    const left = this.end - this.start
    if (left > this.margin && left >= length) return
    await this.take()
    if (this.end - this.start < length && !this.isAtEnd) await this.grow(length)
    this.readAhead()
  }

  /** Makes the read-ahead the window, after the rest of the present one. */
  private async take(): Promise<void> {
    this.readAhead()
    if (this.ahead === null) return
    const read = await this.ahead
    this.ahead = null
    const kept = this.bytes
    const { spare, margin } = this
    if (kept.length <= margin) {
      kept.copy(spare, margin - kept.length)
      this.spare = this.buffer.length === spare.length ? this.buffer : this.newBuffer()
      this.buffer = spare
      this.start = margin - kept.length
      this.end = margin + read
    } else {
      this.buffer = Buffer.concat([kept, spare.subarray(margin, margin + read)])
      this.start = 0
      this.end = kept.length + read
    }
    if (read === 0) this.size = this.position + kept.length
  }

  /** Reads on into a buffer of `length` bytes, or to the end of the file. */
  private async grow(length: number): Promise<void> {
    const kept = this.bytes
    this.buffer = Buffer.allocUnsafeSlow(length)
    kept.copy(this.buffer)
    this.start = 0
    this.end = kept.length
    while (this.end < length && !this.isAtEnd) {
      const read = await this.read(this.buffer, this.end, this.position + this.end)
      this.end += read
      if (read === 0) this.size = this.position + this.end
    }
  }

  /** Begins to read what follows the window. */
  private readAhead(): void {
    if (this.ahead !== null || this.isAtEnd) return
    this.ahead = this.read(this.spare, this.margin, this.position + (this.end - this.start))
    // Reported by the next `fill`, if there is one.
    this.ahead.catch(() => undefined)
  }

  private async read(buffer: Buffer, at: number, position: number): Promise<number> {
    const wanted = Math.min(buffer.length - at, this.size - position)
    const { bytesRead } = await this.handle.read(buffer, at, wanted, position)
    return bytesRead
  }

  private newBuffer(): Buffer {
    return Buffer.allocUnsafeSlow(this.margin + this.length)
  }
}
