/** Where the records of a group are: Java's hash code of its id, without its sign, as `Utils.abs` of Kafka has it. */
export function partitionOf(group: string, partitions: number): number {
  let hash = 0
  for (let i = 0; i < group.length; i += 1) hash = (Math.imul(31, hash) + group.charCodeAt(i)) | 0
  return hash === -(2 ** 31) ? 0 : Math.abs(hash) % partitions
}
