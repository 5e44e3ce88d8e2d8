/**
 * Consumer groups that koff itself is in, by the name of the deployment. They are left out of what it reports: every
 * report would be the reason for the next.
 */
export function instancesGroup(name: string): string {
  return `${name}.instances`
}

export function isOwnGroup(group: string, name: string): boolean {
  return group === instancesGroup(name)
}
