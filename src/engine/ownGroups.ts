/**
 * koff's own consumer groups, by the name of the deployment. They emit no events: otherwise every event could cause the
 * next one.
 */
export function instancesGroup(name: string): string {
  return `${name}.instances`
}

/** The group of a pipeline that reads the clean topic. */
export function pipelineGroup(name: string, pipeline: string): string {
  return `${name}.pipeline.${pipeline}`
}

export function isOwnGroup(group: string, name: string): boolean {
  return group === instancesGroup(name) || group.startsWith(pipelineGroup(name, ''))
}
