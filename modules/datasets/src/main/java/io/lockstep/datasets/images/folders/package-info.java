/**
 * Folders of pictures by class: {@code train/CLASS/*.png} and so on. {@link
 * io.lockstep.datasets.images.folders.PictureFoldersFormat} recognises them, {@code ClassFolders} lists them, and {@link
 * io.lockstep.datasets.images.folders.PictureFolders} decodes them into memory, from where they are trained on as the pictures of
 * a binary file are.
 */
package io.lockstep.datasets.images.folders;
