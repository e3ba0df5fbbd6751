# The image of Sluice: one bundled program with its lazily loaded drivers on a distroless Node, without a shell, as a user without rights.
# Both bases are named by tag, so that a build takes their newest fixes; a release records the digests it found in its provenance.

# Bundles are the same for every platform, so this stage runs on the builder's own and nothing is emulated.
FROM --platform=$BUILDPLATFORM node:24-trixie-slim AS build
# The program's packages are bundled, so an SBOM finds them here only.
ARG BUILDKIT_SBOM_SCAN_STAGE=true
WORKDIR /build
COPY package.json package-lock.json ./
# Not `npm ci`: it refuses a lock file that lacks the optional packages of other platforms. What the lock file holds is taken from it, by hash.
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY LICENSE build.ts third-party-notices.ts tsconfig.json ./
COPY src ./src
RUN node build.ts --no-source-map

FROM gcr.io/distroless/nodejs24-debian13:nonroot
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="Sluice" \
      org.opencontainers.image.description="Queue-driven autoscaler for Kubernetes that takes KEDA's manifests unchanged" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/sluice-autoscaler/sluice" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/dist ./dist
# Metrics API, diagnostics, admission webhook.
EXPOSE 6443 8080 9443
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/sluice.js"]
CMD ["run"]
