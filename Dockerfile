# kn-canary in a container, for use in a cluster: no shell, no root, nothing written but beneath /tmp.
#   docker build -t kn-canary . && docker run --rm --read-only --tmpfs /tmp kn-canary version
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run --silent build && rm dist/*.map

FROM gcr.io/distroless/nodejs24-debian12:nonroot
COPY --from=build /build/LICENSE /app/
COPY --from=build /build/dist /app/dist
ENV XDG_CACHE_HOME=/tmp/cache XDG_STATE_HOME=/tmp/state XDG_CONFIG_HOME=/tmp/config
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli.js"]
CMD ["--help"]
