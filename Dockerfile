# docker build -t koff .
# docker run --read-only --tmpfs /tmp -p 127.0.0.1:9404:9404 -e KOFF_HTTP_PORT=9404 -e KOFF_HTTP_HOST=0.0.0.0 \
#   -e KOFF_HTTP_PUBLIC=true \
#   -v "$PWD/koff.yaml:/etc/koff/koff.yaml:ro" koff run -c /etc/koff/koff.yaml
#
# BASE: Node 24 with npm on a Debian with apt.
ARG BASE=node:24-slim

FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm pack --pack-destination /tmp && sh deploy/image/layout.sh /tmp/koff-*.tgz package-lock.json /opt/koff

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="koff" \
      org.opencontainers.image.description="Change data capture for Kafka consumer groups" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://github.com/koff-cdc/koff" \
      org.opencontainers.image.documentation="https://koff-cdc.github.io/koff/" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
RUN echo 'koff:x:10001:10001:koff:/var/lib/koff:/usr/sbin/nologin' >> /etc/passwd && echo 'koff:x:10001:' >> /etc/group
RUN install -d -o 10001 -g 10001 -m 0750 /var/lib/koff && ln -s /opt/koff/bin/koff.js /usr/local/bin/koff
COPY --from=build /opt/koff /opt/koff
ENV NODE_ENV=production
WORKDIR /var/lib/koff
USER 10001:10001
EXPOSE 9404
# Healthy is what answers; without a port (http.port, KOFF_HTTP_PORT) nothing does.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "/opt/koff/bin/healthcheck.js"]
# An init: it passes signals on and ends what is orphaned.
ENTRYPOINT ["tini", "--", "koff"]
CMD ["--help"]
