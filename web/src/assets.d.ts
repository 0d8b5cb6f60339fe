// The bundler turns an imported picture into the address of its hashed copy.
declare module '*.png' {
  const url: string;
  export default url;
}
declare module '*.css';
