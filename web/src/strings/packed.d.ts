declare module '*?packed' {
  /** The file by deflate, in base64. */
  const packed: string;
  export default packed;
}
