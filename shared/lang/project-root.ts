const HERE = import.meta.url;

/**
 * Folder of the project, as a URL that ends in a slash. Compiled code stands one
 * level deeper, under dist/; what is not code stays where it is.
 */
export const PROJECT_ROOT = new URL(
  HERE.endsWith('/dist/shared/lang/project-root.js') ? '../../../' : '../../',
  HERE,
);
