const here = new URL(".", document.baseURI).pathname.replace(/\/$/, ""); // behind a proxy's prefix

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0, // the forms stand closed at the end: each route shows its own
  displayRequestDuration: true,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  requestInterceptor: (request) => {
    if (!request.loadSpec) {
      const url = new URL(request.url, document.baseURI);
      request.url = url.origin + here + url.pathname + url.search;
    }
    return request;
  },
});
