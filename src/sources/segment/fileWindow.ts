import type { FileHandle } from 'node:fs/promises'

/** A part of a file in memory that moves forward through it. It holds no more than its length, unless asked to grow. */
export class FileWindow {
  /** Where in the file `bytes` begins. */
  position = 0
  /** Length of the file: as it was opened, or less where it got shorter since. */
  size: number
  private readonly handle: FileHandle
  private buffer: Buffer
  private start = 0
  private end = 0

  constructor(handle: FileHandle, options: { readonly size: number; readonly length: number }) {
    this.handle = handle
    this.size = options.size
    this.buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(options.length, options.size)))
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

  /** Reads on until the window is full, at least `length` bytes long, or at the end of the file. */
  async fill(length = 0): Promise<void> {
    const kept = this.bytes
    const target = length > this.buffer.length ? Buffer.allocUnsafeSlow(length) : this.buffer
    kept.copy(target)
    this.buffer = target
    this.start = 0
    this.end = kept.length
    while (this.end < target.length && !this.isAtEnd) {
      const wanted = Math.min(target.length - this.end, this.size - this.position - this.end)
      const { bytesRead } = await this.handle.read(target, this.end, wanted, this.position + this.end)
      this.end += bytesRead
      if (bytesRead === 0) this.size = this.position + this.end
    }
  }
}
