# By its major version, so that building anew takes the fixes of Node and of Debian. To have the same bytes every time, name
# a digest of your registry: docker build --build-arg NODE_IMAGE=node:24-slim@sha256:… .
ARG NODE_IMAGE=node:24-slim

# Build: the whole toolchain, thrown away afterwards. Install scripts do not run (.npmrc). tsx compiles the sources for
# `npm start`; the image runs what was compiled here, so neither it nor its compiler goes along.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm pkg delete dependencies.tsx && npm prune --omit=dev --no-audit --no-fund

# Run: the compiled program, its libraries, the example operations and a configuration to begin with. All of it belongs to
# root, and the process is a user without rights: it can change nothing of what it runs, also where the root file system
# is not mounted read-only. It writes to `data.directory` and `audit.file`, and nowhere else, not even to /tmp.
FROM ${NODE_IMAGE}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
# No package manager is needed any more. The folder is for `data.directory`: a new volume that is mounted there takes its
# owner over.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
  && install -d -o 1000 -g 1000 -m 0700 /var/lib/gridweave
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY schema schema
COPY examples/container.yaml gridweave.yaml
# The user "node" of the image, as a number: who has to be sure that it is not root cannot look names up.
USER 1000:1000
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# In place of the shell script that the base begins with. Other commands: docker run … gridweave doctor --config …
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["serve"]
