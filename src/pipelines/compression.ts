import kafkajs from 'kafkajs'
import { batchCodecs } from '../kafka/codecs/codecs.ts'
import type { Compression } from '../kafka/records/batch.ts'

/**
 * koff writes the clean topic plain, but a topic's `compression.type` can make anything of it. kafkajs reads gzip by itself, and a
 * batch in anything else ends its consumer for good.
 */
export function readAnyCompression(): void {
  const { CompressionCodecs: known, CompressionTypes: types } = kafkajs
  known[types.Snappy] = codec('snappy')
  known[types.LZ4] = codec('lz4')
  known[types.ZSTD] = codec('zstd')
}

function codec(compression: Compression) {
  const codecs = batchCodecs()
  return () => ({
    compress: () => Promise.reject(new Error('koff writes nothing compressed')),
    decompress: async (bytes: Buffer) => codecs.decompress(compression, bytes),
  })
}
