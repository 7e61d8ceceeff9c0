# Build the package first: `npm ci && npm pack`. The base is an index of images for amd64, arm64 and others.
FROM node:24-slim
# Unpacked, not installed: it needs no other package, and nothing of it is run as root.
ADD midflight-*.tgz /opt/midflight/
RUN ln -s /opt/midflight/package/dist/midflight.mjs /usr/local/bin/midflight
# Works with a read-only root file system: reports go where --out says, all else to a writable /tmp.
WORKDIR /tmp
USER 1000:1000
ENTRYPOINT ["midflight"]
CMD ["--help"]
