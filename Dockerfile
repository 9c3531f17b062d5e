# Two stages: the second has no compiler, no development packages and no root.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY scripts ./scripts
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/dist ./dist
COPY --chown=node:node examples ./examples
# The user `node` of the base image, by number: whoever runs the image can tell that it is not root.
USER 1000
VOLUME /data
# Nobody outside the container reaches it without HOST=0.0.0.0, and with that it starts only once there is a key: see docs/http.md.
EXPOSE 7070
STOPSIGNAL SIGTERM
# Whether it takes work and can record it. With SCHEDULER_HTTP=false nothing answers: run with --no-healthcheck, or give another.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s CMD ["node", "--eval", "fetch('http://127.0.0.1:' + (process.env.PORT || 7070) + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/bundle/main.js"]
CMD ["serve"]
