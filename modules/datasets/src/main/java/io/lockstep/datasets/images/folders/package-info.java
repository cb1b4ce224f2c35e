/**
 * Folders of pictures by class: {@code train/CLASS/*.png} and so on. {@link
 * io.lockstep.datasets.images.folders.PictureFoldersFormat} recognises them, {@code ClassFolders} lists them, and {@code
 * images.encoded} decodes them.
 */
package io.lockstep.datasets.images.folders;
