using System.Text.RegularExpressions;

namespace MIOpenDarts.Darts.Tests;

/// <summary>The rooms of the library import one way, in the order that docs/architecture.md gives.</summary>
public partial class RoomTests
{
    private static readonly string Top = Checkout();

    [Fact]
    public void Every_room_imports_only_rooms_below_it()
    {
        var order = Order();
        var files = Directory.GetFiles(Path.Combine(Top, "src", "Darts"), "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: file, Words: Path.GetRelativePath(Path.Combine(Top, "src", "Darts"), file).Split(Path.DirectorySeparatorChar)))
            .Where(file => file.Words[0] is not ("obj" or "bin")).ToList();
        var types = files.Select(file => (Room: file.Words[0], Type: Path.GetFileNameWithoutExtension(file.Path))).ToHashSet();
        Assert.Equal(order.Order(), files.Select(file => file.Words[0]).Distinct().Order());
        var upward =
            from file in files
            let below = order.SkipWhile(room => room != file.Words[0]).ToHashSet()
            from Match name in Name().Matches(Comment().Replace(File.ReadAllText(file.Path), ""))
            let room = name.Groups["room"].Value
            where order.Contains(room) && !below.Contains(room)
            where name.Groups["whole"].Success || types.Contains((room, name.Groups["type"].Value))
            select $"{string.Join('/', file.Words)} names {name.Value}";
        Assert.Empty(upward.Distinct());
    }

    private static string[] Order() =>
        File.ReadAllText(Path.Combine(Top, "docs", "architecture.md")).Split("```rooms")[1].Split("```")[0].Split('\n')
            .Select(line => line.Split(' ')[0]).Where(room => room.Length > 0).ToArray();

    private static string Checkout()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MIOpenDarts.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    // A using, a name from the top namespace on, or one from a room on, as C# allows it between rooms.
    [GeneratedRegex(@"\b(?<whole>(MIOpenDarts\.)?Darts\.)(?<room>\w+)|\b(?<room>[A-Z]\w+)\.(?<type>[A-Z]\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();

    [GeneratedRegex(@"^\s*namespace .*$|^\s*//(?!/).*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
