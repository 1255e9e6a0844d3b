// ROCm for .NET is tested where ROCm is: on Linux.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
