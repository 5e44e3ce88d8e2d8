declare module 'parse-prometheus-text-format' {
  export interface ParsedMetric {
    readonly labels?: Readonly<Record<string, string>>
    readonly value?: string
    /** Upper bound → how many were below it. */
    readonly buckets?: Readonly<Record<string, string>>
  }

  export interface ParsedFamily {
    readonly name: string
    readonly help: string
    readonly type: string
    readonly metrics: readonly ParsedMetric[]
  }

  const parse: (text: string) => readonly ParsedFamily[]
  export default parse
}
