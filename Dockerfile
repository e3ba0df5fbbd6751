# The image of Sluice: one bundled program on a distroless Node, without a shell, as a user without rights.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm install --no-save --no-audit --no-fund
COPY . .
RUN npm run build && rm -f dist/*.map

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
COPY --from=build /build/dist ./dist
COPY --from=build /build/package.json /build/LICENSE ./
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/sluice.js"]
CMD ["run"]
