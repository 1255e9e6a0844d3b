using System.Runtime.InteropServices;

// Only the resolver finds ROCm libraries: never the application's folder or the current directory.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
