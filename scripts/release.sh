#!/usr/bin/env bash
# release.sh VERSION: makes and judges everything that a release has, in release/, and publishes nothing. Stops at any fault.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=${1:?release.sh VERSION}
fail() { echo "release: $1" >&2; exit 1; }

[ "$(node -p "require('./package.json').version")" = "$version" ] || fail "package.json has another version than $version"
grep -q "^## \[$version\] - [0-9]\{4\}-[0-9][0-9]-[0-9][0-9]$" CHANGELOG.md || fail "CHANGELOG.md has no '## [$version] - date'"
for file in deploy/helm/koff/Chart.yaml Dockerfile docker-compose.yml; do
  grep -q -F "$version" "$file" || fail "$file has another version than $version"
done
[ -z "$(git status --porcelain)" ] || fail 'there are changes that are not committed'

.ci/run
rm -rf release
mkdir release
npm pack --pack-destination release
npm sbom --omit=dev --sbom-format cyclonedx >release/koff.cdx.json
if command -v helm >/dev/null; then helm package deploy/helm/koff -d release; fi
(cd release && sha256sum -- * >SHA256SUMS)
ls -l release
