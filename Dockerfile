# Build the package first: `npm ci && npm pack`. The base is an index of images for amd64, arm64 and others.
FROM node:24-slim AS package
COPY midflight-*.tgz /midflight.tgz
RUN npm install --global --offline --ignore-scripts /midflight.tgz

FROM node:24-slim
COPY --from=package /usr/local/lib/node_modules/midflight /usr/local/lib/node_modules/midflight
RUN ln -s ../lib/node_modules/midflight/dist/midflight.mjs /usr/local/bin/midflight
# Works with a read-only root file system: reports go where --out says, all else to a writable /tmp.
ENV MIDFLIGHT_STATE_DIR=/tmp
WORKDIR /tmp
USER 1000:1000
ENTRYPOINT ["midflight"]
CMD ["--help"]
