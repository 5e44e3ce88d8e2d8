import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { configJsonSchema, type JsonSchema } from '../../src/config/jsonSchema.ts'

const judge = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(configJsonSchema())

/** Where an editor would underline something. */
function underlined(yaml: string): string[] {
  judge(parse(yaml))
  return [...new Set((judge.errors ?? []).map(({ instancePath, params }) => `${instancePath} ${extra(params)}`.trim()))]
}

function extra(params: Readonly<Record<string, unknown>>): string {
  const key = params.additionalProperty ?? params.missingProperty
  return typeof key === 'string' ? key : ''
}

describe('the JSON schema', () => {
  const examples = new URL('../../config/', import.meta.url)

  it.each(readdirSync(examples))('accepts config/%s, including its commented lines', name => {
    const text = readFileSync(new URL(name, examples), 'utf8')
    expect(underlined(text)).toEqual([])
    expect(underlined(text.replaceAll(/^( *)#(?=[^ \n]|  )/gm, '$1'))).toEqual([])
  })

  it('accepts a variable wherever a text alone would not do', () => {
    expect(underlined('snapshot: ${S:-emit}\nname: ${N}\nkafka: { tls: "${T}", connectTimeoutMs: "${MS}" }')).toEqual(
      [],
    )
  })

  it('accepts a secret as text and in a file', () => {
    const sasl = (password: string) => `kafka: { sasl: { mechanism: PLAIN, username: a, password: ${password} } }`
    expect(underlined(sasl('b'))).toEqual([])
    expect(underlined(sasl('{ file: b }'))).toEqual([])
    expect(underlined(sasl('{ path: b }'))).not.toEqual([])
  })

  it('refuses unknown keys and values of the wrong kind', () => {
    expect(underlined('kafak: {}\nkafka: { brokerz: a }')).toEqual(['kafak', '/kafka brokerz'])
    expect(underlined('snapshot: maybe')).toContain('/snapshot')
    expect(underlined('kafka: { connectTimeoutMs: soon }')).toContain('/kafka/connectTimeoutMs')
    expect(underlined('kafka: { sasl: { mechanism: PLAIN, username: a } }')).toContain('/kafka/sasl password')
  })

  it('describes every key', () => {
    const bare: string[] = []
    const visit = (path: string, { properties = {}, items, oneOf = [], anyOf = [] }: JsonSchema): void => {
      for (const [key, value] of Object.entries(properties)) {
        if (value.description === undefined) bare.push(`${path}.${key}`)
        visit(`${path}.${key}`, value)
      }
      for (const part of [...(items === undefined ? [] : [items]), ...oneOf, ...anyOf]) visit(path, part)
    }
    visit('', configJsonSchema())
    expect(bare).toEqual([])
  })
})
