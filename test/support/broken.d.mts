export interface Patch {
  file: string;
  find: string;
  put: string;
}
