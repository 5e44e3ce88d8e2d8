/**
 * Consumer groups that koff itself is in, by the name of the deployment. They are left out of what it reports: every
 * report would be the reason for the next.
 */
export function instancesGroup(name: string): string {
  return `${name}.instances`
}

/** Of a pipeline that reads the clean topic. */
export function pipelineGroup(name: string, pipeline: string): string {
  return `${name}.pipeline.${pipeline}`
}

export function isOwnGroup(group: string, name: string): boolean {
  return group === instancesGroup(name) || group.startsWith(pipelineGroup(name, ''))
}
