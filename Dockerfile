# One image for every part of Meshgate; the command says which part a container is.

FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Install scripts would build before the sources are here and fetch a database that the image leaves out.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:22-slim
ENV NODE_ENV=production \
    APOLLO_TELEMETRY_DISABLED=1
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/subgraphs ./subgraphs
COPY --from=build /app/gateway/control/api ./gateway/control/api
COPY --from=build /app/gateway/control/database/migrations ./gateway/control/database/migrations
COPY --from=build /app/gateway/policies ./gateway/policies
# New volumes take over the owner of the folder they are mounted on.
RUN ln -s /app/dist/gateway/main.js /usr/local/bin/meshgate \
    && mkdir -p /var/lib/meshgate/private /var/lib/meshgate/public \
    && chown -R node:node /var/lib/meshgate
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 4000}/health/live`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["meshgate", "serve"]
