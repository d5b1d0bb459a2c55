# SPDX-License-Identifier: GPL-3.0-or-later
# What `cmake --install` and `cpack -G DEB` put where.
include(GNUInstallDirs)
find_package(Libtorch QUIET REQUIRED)

set(vit_library_folder "${CMAKE_INSTALL_LIBDIR}/vit-workbench")
file(RELATIVE_PATH vit_bin_to_libraries "/${CMAKE_INSTALL_BINDIR}" "/${vit_library_folder}")
set(vit_library_path "$ORIGIN/${vit_bin_to_libraries}")
install(TARGETS vit_picture_codec vit_video_codec LIBRARY DESTINATION "${vit_library_folder}")

# The CPU build of libtorch goes along (libraries only, about 450 MB). The CUDA build with NVIDIA's libraries takes 4 GB:
# it stays where it was unpacked, so such an installation is for this computer only.
if(Libtorch_CUDA)
  list(APPEND vit_library_path "${Libtorch_LIBRARY_DIR}")
else()
  install(FILES ${Libtorch_RUNTIME_LIBRARIES} DESTINATION "${vit_library_folder}")
endif()

set(vit_programs vit-cli)
if(VIT_BUILD_UI)
  list(APPEND vit_programs vit-workbench)
  install(FILES packaging/vit-workbench.desktop DESTINATION "${CMAKE_INSTALL_DATADIR}/applications")
  install(FILES resources/icons/vit-workbench.svg
    DESTINATION "${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps")
endif()
set_target_properties(${vit_programs} PROPERTIES INSTALL_RPATH "${vit_library_path}")
install(TARGETS ${vit_programs})
install(FILES LICENSE README.md resources/pytorch/vit_workbench.py DESTINATION "${CMAKE_INSTALL_DOCDIR}")

set(CPACK_PACKAGE_NAME vit-workbench)
set(CPACK_PACKAGE_CONTACT "The ViT Workbench authors")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${Libtorch_LIBRARY_DIR}")
include(CPack)
