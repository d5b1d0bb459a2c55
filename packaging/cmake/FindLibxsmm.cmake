# SPDX-License-Identifier: GPL-3.0-or-later
# Finds libxsmm 1.17, which its package describes to pkg-config only. Defines the target Libxsmm::Libxsmm.
find_path(Libxsmm_INCLUDE_DIR libxsmm.h)
find_library(Libxsmm_LIBRARY xsmm)
# Its calls of whole BLAS routines, none of which happens here, go to empty ones …
find_library(Libxsmm_noblas_LIBRARY xsmmnoblas)
if(Libxsmm_INCLUDE_DIR AND EXISTS "${Libxsmm_INCLUDE_DIR}/libxsmm_version.h")
  file(READ "${Libxsmm_INCLUDE_DIR}/libxsmm_version.h" _text)
  string(REGEX MATCH "LIBXSMM_CONFIG_VERSION \"([0-9.]+)" _ "${_text}")
  set(Libxsmm_VERSION "${CMAKE_MATCH_1}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libxsmm
  REQUIRED_VARS Libxsmm_LIBRARY Libxsmm_noblas_LIBRARY Libxsmm_INCLUDE_DIR VERSION_VAR Libxsmm_VERSION)
mark_as_advanced(Libxsmm_INCLUDE_DIR Libxsmm_LIBRARY Libxsmm_noblas_LIBRARY)

if(Libxsmm_FOUND AND NOT TARGET Libxsmm::Libxsmm)
  add_library(Libxsmm::Libxsmm INTERFACE IMPORTED)
  target_include_directories(Libxsmm::Libxsmm SYSTEM INTERFACE "${Libxsmm_INCLUDE_DIR}")
  # … which must not be seen outside: libtorch would take them for its own.
  target_link_libraries(Libxsmm::Libxsmm INTERFACE "-Wl,--exclude-libs,libxsmmnoblas.a"
    "${Libxsmm_LIBRARY}" "${Libxsmm_noblas_LIBRARY}" Threads::Threads ${CMAKE_DL_LIBS})
endif()
