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
# Others than the container itself reach it with HOST=0.0.0.0, and then need keys: `keys create`.
EXPOSE 7070
STOPSIGNAL SIGTERM
# Reads from the store that the service uses: fails when that cannot be reached.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s CMD ["node", "dist/bundle/main.js", "list", "--limit", "1", "--json"]
ENTRYPOINT ["node", "dist/bundle/main.js"]
CMD ["serve"]
